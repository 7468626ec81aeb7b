"""Korean puts 오전 or 오후 before the time: 2026년 11월 30일 오전 11:18."""

DATETIME_FORMAT = "Y년 n월 j일 A g:i"
SHORT_DATETIME_FORMAT = "Y-n-j A g:i"
