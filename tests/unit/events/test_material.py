from dataclasses import replace

import pytest

from services.events.domain.material import (
    MATERIAL,
    MaterialPublished,
    MaterialWithdrawn,
    PublishMaterial,
    Sheet,
    WithdrawMaterial,
)
from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from tests.support.sample_community import KEDIRI

SHEET = Sheet("w", "DDC", "https://contoh.id/ddc", "Ringkasan", "cc-by", "public", None, KEDIRI)
PUBLISH = PublishMaterial(SHEET, "published")


def test_a_material_is_published_once_and_withdrawn_once() -> None:
    published = MaterialPublished(SHEET)
    given(MATERIAL).when(PUBLISH).then(published)
    given(MATERIAL, published).when(PUBLISH).then()
    given(MATERIAL, published).when(WithdrawMaterial()).then(MaterialWithdrawn())
    given(MATERIAL, published, MaterialWithdrawn()).when(WithdrawMaterial()).then()
    with pytest.raises(NotFound):
        given(MATERIAL).when(WithdrawMaterial())


def test_a_material_is_a_link_or_a_text_of_an_activity_not_cancelled() -> None:
    given(MATERIAL).when(PublishMaterial(replace(SHEET, url=None, text=None), "published")).refused("material-is-empty")
    given(MATERIAL).when(replace(PUBLISH, state="cancelled")).refused("activity-cancelled")
