"""The addresses of the product's pages."""

from django.urls import path, register_converter

from classifier.api.root import api
from classifier.values.converters import TokenConverter
from classifier.views.activity import activity_page
from classifier.views.address_undo import address_undo
from classifier.views.batches import (
    BatchesView,
    add_photos,
    batch_page,
    batch_results,
    batch_state,
    cancel_batch,
    results_csv,
)
from classifier.views.bin import bin_delete, bin_page, bin_restore, bin_thumb, bin_undo
from classifier.views.calendar import calendar_page, compare_page
from classifier.views.cards import (
    ask_staff,
    card_image,
    correct_outfit,
    share_outfit,
    shared_image,
    shared_page,
    why_image,
)
from classifier.views.data import (
    change_adapting,
    change_consent,
    change_time_zone,
    data_page,
    erase_account,
    export_file,
    export_state,
    prepare_export,
)
from classifier.views.dead_letters import DeadLettersView, delete_dead_letter
from classifier.views.diary import change_favorite, change_worn, outfit_palette, write_diary
from classifier.views.drift import drift_page
from classifier.views.for_you import for_you_page, item_thumb, say_of_item
from classifier.views.health import healthz, readyz
from classifier.views.history import delete_outfits, timeline
from classifier.views.home import home
from classifier.views.metrics import metrics
from classifier.views.outfits import (
    OutfitsView,
    change_outfit_day,
    delete_outfit,
    outfit_page,
    outfit_state,
    try_again,
)
from classifier.views.photos import may_send, outfit_photo, outfit_thumb, outfit_thumb_large
from classifier.views.profile import profile_page, similar_page
from classifier.views.ready_mails import mail_of_batch, mail_of_export
from classifier.views.recap import recap_page, share_recap, shared_recap, shared_recap_card
from classifier.views.release_work import change_backfill, comparison_page
from classifier.views.releases import ReleaseView, releases_page
from classifier.views.retraining import RetrainingsView, retraining_page, retraining_state
from classifier.views.review import (
    ReviewGridView,
    review_page,
    review_undo,
    review_verdict,
    review_why,
)
from classifier.views.security_txt import security_txt
from classifier.views.sessions import session_end
from classifier.views.share_target import SharedPhotosView
from classifier.views.tokens import TokensView, revoke
from classifier.views.trials import (
    ask_again_for_trial,
    try_card,
    try_keep,
    try_page,
    try_photo,
    try_state,
)

register_converter(TokenConverter, "token")

urlpatterns = [
    path("", home, name="home"),
    path("try/", try_page, name="try"),
    path("try/state/", try_state, name="try_state"),
    path("try/photo.jpg", try_photo, name="try_photo"),
    path("try/my-style.jpg", try_card, name="try_card"),
    path("try/again/", ask_again_for_trial, name="try_again"),
    path("try/keep/", try_keep, name="try_keep"),
    path("outfits/", OutfitsView.as_view(), name="outfits"),
    path("share/", SharedPhotosView.as_view(), name="share_target"),
    path("outfits/timeline/", timeline, name="timeline"),
    path("outfits/calendar/", calendar_page, name="calendar"),
    path("outfits/recap/", recap_page, name="recap"),
    path("outfits/recap/share/", share_recap, name="recap_share"),
    path("outfits/compare/", compare_page, name="outfits_compare"),
    path("outfits/delete/", delete_outfits, name="outfits_delete"),
    path("outfits/<uuid:outfit_id>/why.png", why_image, name="outfit_why"),
    path("outfits/<uuid:outfit_id>/card.jpg", card_image, name="outfit_card"),
    path("outfits/<uuid:outfit_id>/correct/", correct_outfit, name="outfit_correct"),
    path("outfits/<uuid:outfit_id>/ask-staff/", ask_staff, name="outfit_ask_staff"),
    path("outfits/<uuid:outfit_id>/share/", share_outfit, name="outfit_share"),
    path("s/<token:token>/", shared_page, name="shared"),
    path("s/<token:token>/card.jpg", shared_image, name="shared_card"),
    path("r/<token:token>/", shared_recap, name="shared_recap"),
    path("r/<token:token>/card.jpg", shared_recap_card, name="shared_recap_card"),
    path("outfits/<uuid:outfit_id>/photo.jpg", outfit_photo, name="outfit_photo"),
    path("outfits/<uuid:outfit_id>/thumb.jpg", outfit_thumb, name="outfit_thumb"),
    path("outfits/<uuid:outfit_id>/thumb-large.jpg", outfit_thumb_large, name="outfit_thumb_large"),
    path("_may_send", may_send, name="may_send"),
    path("outfits/<uuid:outfit_id>/", outfit_page, name="outfit"),
    path("outfits/<uuid:outfit_id>/state/", outfit_state, name="outfit_state"),
    path("outfits/<uuid:outfit_id>/day/", change_outfit_day, name="outfit_day"),
    path("outfits/<uuid:outfit_id>/diary/", write_diary, name="outfit_diary"),
    path("outfits/<uuid:outfit_id>/palette/", outfit_palette, name="outfit_palette"),
    path("outfits/<uuid:outfit_id>/favorite/", change_favorite, name="outfit_favorite"),
    path("outfits/<uuid:outfit_id>/worn/", change_worn, name="outfit_worn"),
    path("outfits/<uuid:outfit_id>/delete/", delete_outfit, name="outfit_delete"),
    path("bin/", bin_page, name="bin"),
    path("bin/restore/", bin_restore, name="bin_restore"),
    path("bin/delete/", bin_delete, name="bin_delete"),
    path("bin/undo/<uuid:together>/", bin_undo, name="bin_undo"),
    path("bin/<uuid:outfit_id>/thumb.jpg", bin_thumb, name="bin_thumb"),
    path("batches/", BatchesView.as_view(), name="batches"),
    path("batches/<uuid:batch_id>/", batch_page, name="batch"),
    path("batches/<uuid:batch_id>/photos/", add_photos, name="batch_photos"),
    path("batches/<uuid:batch_id>/state/", batch_state, name="batch_state"),
    path("batches/<uuid:batch_id>/results/", batch_results, name="batch_results"),
    path("batches/<uuid:batch_id>/results.csv", results_csv, name="batch_csv"),
    path("batches/<uuid:batch_id>/cancel/", cancel_batch, name="batch_cancel"),
    path("batches/<uuid:batch_id>/mail/", mail_of_batch, name="batch_mail"),
    path("account/tokens/", TokensView.as_view(), name="tokens"),
    path("account/tokens/<uuid:token_id>/revoke/", revoke, name="token_revoke"),
    path("account/address/undo/<token:text>/", address_undo, name="address_undo"),
    path("account/sessions/<int:session_id>/end/", session_end, name="session_end"),
    path("api/", api.urls),
    path("outfits/<uuid:outfit_id>/try-again/", try_again, name="outfit_try_again"),
    path("outfits/<uuid:outfit_id>/similar/", similar_page, name="outfit_similar"),
    path("account/activity/", activity_page, name="activity"),
    path("account/data/", data_page, name="data"),
    path("account/data/export/", prepare_export, name="data_export"),
    path("account/data/export/state/", export_state, name="data_export_state"),
    path("account/data/export/file/", export_file, name="data_export_file"),
    path("account/data/export/mail/", mail_of_export, name="data_export_mail"),
    path("account/data/consent/", change_consent, name="data_consent"),
    path("account/data/adapting/", change_adapting, name="data_adapting"),
    path("account/data/time-zone/", change_time_zone, name="data_time_zone"),
    path("account/data/erase/", erase_account, name="data_erase"),
    path("profile/", profile_page, name="profile"),
    path("for-you/", for_you_page, name="for_you"),
    path("for-you/<uuid:item_id>/", say_of_item, name="say_of_item"),
    path("catalogue/<uuid:item_id>/thumb.jpg", item_thumb, name="item_thumb"),
    path("staff/dead-letters/", DeadLettersView.as_view(), name="dead_letters"),
    path("staff/review/", review_page, name="review"),
    path("staff/review/undo/", review_undo, name="review_undo"),
    path("staff/review/alike/", ReviewGridView.as_view(), name="review_grid"),
    path("staff/review/<uuid:outfit_id>/", review_verdict, name="review_verdict"),
    path("staff/review/<uuid:outfit_id>/why.png", review_why, name="review_why"),
    path("staff/releases/", releases_page, name="releases"),
    path("staff/releases/<path:name>/comparison/", comparison_page, name="release_comparison"),
    path("staff/releases/<path:name>/backfill/", change_backfill, name="release_backfill"),
    path("staff/releases/<path:name>/", ReleaseView.as_view(), name="release"),
    path("staff/drift/", drift_page, name="drift"),
    path("staff/retraining/", RetrainingsView.as_view(), name="retrainings"),
    path("staff/retraining/state/", retraining_state, name="retraining_state"),
    path("staff/retraining/<uuid:retraining_id>/", retraining_page, name="retraining"),
    path("metrics", metrics, name="metrics"),
    path(
        "staff/dead-letters/<uuid:outfit_id>/delete/", delete_dead_letter, name="dead_letter_delete"
    ),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
