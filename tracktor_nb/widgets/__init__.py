"""The hands: builders, diagrams, lists and pages made of widgets. They are handed callables, never a database."""
