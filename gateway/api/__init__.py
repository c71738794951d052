"""The gateway's own operations. Each is declared once; the application's routes and OpenAPI follow from the
declarations.
"""
