"""From labelled photos to a bundle. Knows neither Django nor the crawler."""
