"""The engine: plain functions, each a step that can be taken by hand.

dispatch  finds what is due; changes nothing
deliver   takes one delivery and carries it as far as it goes
sweep     brings home what dead workers left
watch     finds what should be asked about again
reconcile asks the platform what became of an unclear one
follow    looks at a post the platform is still working on

The order of the points at which a process may die, and what then tells the truth:

1. before the claim is committed: nothing happened, the row is due
2. claimed, until the mark: the lease runs out, the row waits again
3. marked (`creating_since`), until the receipt is stored: unclear, the platform is asked
4. receipt stored, until it is settled: the parts know; nothing is created again
"""

from scheduler.engine.claiming import claim
from scheduler.engine.delivering import deliver
from scheduler.engine.dispatching import Memo, dispatch
from scheduler.engine.reconciling import follow, reconcile
from scheduler.engine.sweeping import sweep, watch

__all__ = ["Memo", "claim", "deliver", "dispatch", "follow", "reconcile", "sweep", "watch"]
