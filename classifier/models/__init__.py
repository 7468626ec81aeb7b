"""The tables: outfits and what is known about them, and what people asked for their data."""

from classifier.models.activation import Activation
from classifier.models.address_change import AddressChange
from classifier.models.attempt import Attempt
from classifier.models.audit import AuditEntry
from classifier.models.backfill import Backfill
from classifier.models.batch import Batch, LeftOut
from classifier.models.binned import Binned
from classifier.models.catalogue import CatalogueItem, CatalogueVector
from classifier.models.consent import Consent, Purpose
from classifier.models.deleted import DeletedOutfits
from classifier.models.diary import WornDay
from classifier.models.erasure import Erasure
from classifier.models.export import Export
from classifier.models.idempotency import IdempotentRequest
from classifier.models.outfit import Outfit
from classifier.models.personal_answer import PersonalAnswer
from classifier.models.prediction import Prediction
from classifier.models.preferences import Preferences
from classifier.models.ready_mail import ReadyMail
from classifier.models.recap import SharedRecap
from classifier.models.release import Release
from classifier.models.retraining import Retraining
from classifier.models.review import Review
from classifier.models.review_item import ReviewItem, ReviewProgress, ReviewStep
from classifier.models.serving import ServingWorker
from classifier.models.share import Share
from classifier.models.suggestions import EndedTrial, Opinion, Suggested
from classifier.models.token import ApiToken, Scope
from classifier.models.traffic import TrafficState, TrafficWeek
from classifier.models.training_split import TrainingSplit
from classifier.models.unpacking import Unpacking
from classifier.models.upload import DirectUpload
from classifier.models.usage import Reservation, Usage
from classifier.models.webhook import Delivery, Event, Webhook

__all__ = [
    "Activation",
    "AddressChange",
    "ApiToken",
    "Attempt",
    "AuditEntry",
    "Backfill",
    "Batch",
    "Binned",
    "CatalogueItem",
    "CatalogueVector",
    "Consent",
    "DeletedOutfits",
    "Delivery",
    "DirectUpload",
    "EndedTrial",
    "Erasure",
    "Event",
    "Export",
    "IdempotentRequest",
    "LeftOut",
    "Opinion",
    "Outfit",
    "PersonalAnswer",
    "Prediction",
    "Preferences",
    "Purpose",
    "ReadyMail",
    "Release",
    "Reservation",
    "Retraining",
    "Review",
    "ReviewItem",
    "ReviewProgress",
    "ReviewStep",
    "Scope",
    "ServingWorker",
    "Share",
    "SharedRecap",
    "Suggested",
    "TrafficState",
    "TrafficWeek",
    "TrainingSplit",
    "Unpacking",
    "Usage",
    "Webhook",
    "WornDay",
]
