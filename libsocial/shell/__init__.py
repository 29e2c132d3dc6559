"""What stands around every page: navigation, theme, the looks of states, error pages, the living style page."""
