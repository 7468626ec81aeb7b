"""`/api/v1/classify`: the model's answer to one photo, of which nothing is kept."""

from ninja import Router

from classifier.api.auth import READ, ApiRequest
from classifier.api.schemas import PredictionOut
from classifier.api.serializers import prediction_out
from classifier.api.submit import FORM_OF_ONE, photos_of
from classifier.trials.service import classify_once

router = Router()


@router.post("", auth=READ, response=PredictionOut, openapi_extra=FORM_OF_ONE, url_name="classify")
def classify(request: ApiRequest) -> PredictionOut:
    """Classify one photo and keep nothing: no outfit, no history, no copy.

    The photo is in memory until the answer. Use `/api/v1/outfits` for what is to be kept, and for
    many photos: it waits for a worker as long as it takes, and this says after some seconds to try
    again.
    """
    (photo, *_others) = photos_of(request)
    return prediction_out(classify_once(photo, request.auth.owner_id))
