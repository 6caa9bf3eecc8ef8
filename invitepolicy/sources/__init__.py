"""Where records come from: LinkedIn's export, people.csv, JSON Lines."""
