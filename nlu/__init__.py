"""All that runs inside Rasa or trains it. Importing anything here first puts the stand-in for TensorFlow in place."""

import nlu.no_tensorflow  # noqa: F401
