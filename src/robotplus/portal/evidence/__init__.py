"""Why a claim is to be believed."""
