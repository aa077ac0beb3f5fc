"""From an urgent report to a person: policy, roster, alarms, pages, replies."""
