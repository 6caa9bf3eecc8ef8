"""What a policy does: findings, differences, tables of times."""
