"""What `make acceptance` measures of the portal: real processes, real browsers, both databases."""
