"""A linear support vector machine whose scores are made into probabilities by what they were worth on examples it had
not seen: three folds, then a multinomial logistic regression over the scores of all labels (a matrix scaling).

More accurate than logistic regression on the features themselves, and fitted in seconds.
"""

from __future__ import annotations

from typing import Any

import scipy.sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

_FOLDS = 3


class CalibratedSvm:
    """Fit once, then ask. Every label needs at least three examples."""

    def __init__(self, inverse_regularisation: float, random_seed: int) -> None:
        self._svm = LinearSVC(C=inverse_regularisation, tol=1e-3, random_state=random_seed)
        self._scaling = LogisticRegression(max_iter=500, random_state=random_seed)
        self._folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=random_seed)

    @property
    def classes_(self) -> Any:
        """The labels, in the order of `predict_proba`."""
        return self._scaling.classes_

    def fit(self, rows: scipy.sparse.csr_matrix, labels: Any) -> CalibratedSvm:
        """Learn from rows and their labels."""
        unseen = cross_val_predict(self._svm, rows, labels, cv=self._folds, method="decision_function")
        self._scaling.fit(unseen, labels)
        self._svm.fit(rows, labels)
        return self

    def predict_proba(self, rows: scipy.sparse.csr_matrix) -> Any:
        """A row of probabilities per row, one per label."""
        return self._scaling.predict_proba(self._svm.decision_function(rows))

    def predict(self, rows: scipy.sparse.csr_matrix) -> Any:
        """The likeliest label per row."""
        return self.classes_[self.predict_proba(rows).argmax(axis=1)]
