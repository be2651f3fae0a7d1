"""The tables. Migrations stand in `storage/migrations` and lead to exactly these."""
