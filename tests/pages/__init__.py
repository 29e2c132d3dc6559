"""Every page of the product: where it is, who may see it, and what any page must be."""
