"""The gateway's own operations, declared once; application and OpenAPI follow from them."""
