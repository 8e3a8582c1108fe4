"""How far the sources of one register agree, and what none of them knows."""

from edge.reconciling.account import Account, Row
from edge.reconciling.gaps import Gap
from edge.reconciling.report import Report, reconcile

__all__ = ["Account", "Gap", "Report", "Row", "reconcile"]
