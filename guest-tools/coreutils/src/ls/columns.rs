//! How many columns fit: GNU's search for the most that do.

/// Narrowest column: a character and two spaces.
const COLUMN_MIN: usize = 3;

/// Number of columns and their widths, for names of these lengths.
pub fn fit(lengths: &[usize], line: usize, down: bool) -> Vec<usize> {
    let most = line / COLUMN_MIN + usize::from(!line.is_multiple_of(COLUMN_MIN));
    let most = most.clamp(1, lengths.len().max(1));
    for columns in (1..=most).rev() {
        let rows = lengths.len().div_ceil(columns);
        let mut widths = vec![COLUMN_MIN; columns];
        let mut total = columns * COLUMN_MIN;
        // As in GNU's, the narrowest columns fit whatever the line's width.
        let mut fits = true;
        for (index, length) in lengths.iter().enumerate() {
            let column = if down { index / rows } else { index % columns };
            let gap = if column + 1 == columns { 0 } else { 2 };
            if let Some(width) = widths.get_mut(column)
                && length + gap > *width
            {
                total += length + gap - *width;
                *width = length + gap;
                fits = total < line;
            }
        }
        if columns == 1 || fits {
            return widths;
        }
    }
    vec![COLUMN_MIN]
}
