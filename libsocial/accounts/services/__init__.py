"""What changes people, units and the house itself: verbs, permission first, one transaction, the trail last."""
