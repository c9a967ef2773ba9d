"""Which events: fields, the parser, the tree, and the tree's readings."""
