"""Stands in for TensorFlow, which Rasa imports whatever is configured and which nothing here uses.

Importing this module (before anything of Rasa) is enough. Rasa's own classes on top of TensorFlow can then be defined,
never created: creating one raises. This keeps 1.9 GB out of the installation and 340 MB out of the memory.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

STOOD_IN_FOR = frozenset({"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "tf_keras", "keras"})


class TensorFlowIsAbsentError(RuntimeError):
    """Something tried to use TensorFlow; choose a component that does not need it."""


class _AbsentMeta(type):
    """Every attribute of an absent class is an absent class, so `tf.keras.layers.Layer` can be named and subclassed."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _absent(name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # `@tf.function` and `@tf.function(...)` are the two calls made while Rasa is being imported.
        if cls.__module__ == __name__:
            if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType):
                return args[0]
            if kwargs and not args:
                return lambda decorated: decorated
        raise TensorFlowIsAbsentError("TensorFlow is not installed here, on purpose")


def _absent(name: str) -> type:
    return _AbsentMeta(name, (), {"__module__": __name__})


class _AbsentModule(types.ModuleType):
    __path__: Sequence[str] = ()
    __version__ = "0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        value = _absent(name)
        setattr(self, name, value)  # the same name is the same class, as `isinstance` expects
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in STOOD_IN_FOR:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


sys.meta_path.insert(0, _Finder())
