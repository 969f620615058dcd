#!/bin/bash
# Revenue by region, the largest first.
for region in north south east; do
  awk -F, -v region="$region" '
    $2 == region { total += $4 * $5 }
    END { printf "%-6s %10.2f\n", region, total }
  ' orders.csv
done | sort -k2 -rn
