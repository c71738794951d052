from gateway.api.openapi import merged
from tests.unit.gateway.harness import fragment


def with_schema(document, name, schema):
    document["components"] = {"schemas": {name: schema}}
    for methods in document["paths"].values():
        for details in methods.values():
            details["responses"]["200"]["$ref"] = f"#/components/schemas/{name}"
    return document


def test_the_merged_document_has_exactly_the_public_operations(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/v1/me", "/v1/topics/{topic}", "/v1/me/inbox", "/v1/me/dashboard"} <= set(document["paths"])
    assert "/internal/identity" not in document["paths"]
    assert "x-jejaring" not in str(document)


def test_components_of_one_name_get_longer_names():
    document = merged(
        {
            "members": with_schema(fragment("GET /v1/a"), "Item", {"type": "string"}),
            "events": with_schema(fragment("GET /v1/b"), "Item", {"type": "integer"}),
            "notifications": with_schema(fragment("GET /v1/c"), "Item", {"type": "string"}),
        },
        "Contoh",
    )
    schemas = document["components"]["schemas"]
    assert schemas == {"Item": {"type": "string"}, "EventsItem": {"type": "integer"}}
    references = [
        document["paths"][path]["get"]["responses"]["200"]["$ref"].rpartition("/")[2]
        for path in ("/v1/a", "/v1/b", "/v1/c")
    ]
    assert references == ["Item", "EventsItem", "Item"]
