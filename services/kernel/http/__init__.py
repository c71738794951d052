"""A service's HTTP surface without a server: API, OpenAPI, operations."""
