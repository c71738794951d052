from tests.unit.gateway.harness import FakeAnswer


def test_the_gateway_is_ready_and_names_the_services_that_are_down(harness, client):
    for service in harness.services.values():
        service.on("GET /healthz", FakeAnswer())
    harness.events.down()
    assert client.get("/healthz").json() == {"status": "alive"}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["services"] == {"members": "up", "events": "down", "mentoring": "up", "notifications": "up"}


def test_metrics_are_labelled_by_route_template(harness, client):
    harness.events.on("GET /v1/topics/{topic}", FakeAnswer())
    client.get("/v1/topics/t1")
    client.get("/v1/made-up-path")
    numbers = client.get("/metrics").text
    assert 'jejaring_gateway_requests_total{method="GET",route="/v1/topics/{topic}",status="200"} 1.0' in numbers
    assert 'route="unmatched",status="404"' in numbers
    assert "t1" not in numbers
    assert "made-up" not in numbers


def test_unknown_methods_share_one_metric_label(harness, client):
    for method in ("BREW", "X1", "X2"):
        client.request(method, "/healthz")
    client.options("/healthz")
    numbers = client.get("/metrics").text
    assert 'method="other",route="unmatched",status="405"} 3.0' in numbers
    assert 'method="OPTIONS"' in numbers
    assert "BREW" not in numbers
