//! Statements nobody waits for, gathered: rows that are only added to one table go into it by one statement, which costs
//! the server little more than one row does. Anything else keeps its place among them.

use std::mem::take;

use super::Value;

/// Rows of one statement. Few sizes, so that each is prepared once; a batch of 256 items is four of them.
const ROWS: usize = 64;

/// A statement with the values of one row.
pub struct Put {
    pub sql: String,
    pub values: Vec<Value>,
}

/// These puts in as few statements. No table has keys of another, so that rows of different tables may change places.
pub fn gathered(puts: Vec<Put>) -> Vec<Put> {
    let (mut done, mut open) = (Vec::new(), Vec::new());
    for Put { sql, values } in puts {
        if !only_adds(&sql, values.len()) {
            done.extend(take(&mut open).into_iter().flat_map(statements));
            done.push(Put { sql, values });
            continue;
        }
        match open.iter_mut().find(|rows: &&mut Rows| rows.sql == sql) {
            Some(rows) => rows.all.push(values),
            None => open.push(Rows { sql, all: vec![values] }),
        }
    }
    done.extend(open.into_iter().flat_map(statements));
    done
}

/// Rows of one table.
struct Rows {
    sql: String,
    all: Vec<Vec<Value>>,
}

/// Whether it adds a row of so many values and does nothing besides.
fn only_adds(sql: &str, values: usize) -> bool {
    sql.starts_with("INSERT INTO ") && sql.ends_with(&format!("VALUES {}", places(0, values)))
}

/// The places of a row's values, so many having gone before: `($1, $2)`.
fn places(before: usize, values: usize) -> String {
    let places: Vec<String> = (1..=values).map(|place| format!("${}", before + place)).collect();
    format!("({})", places.join(", "))
}

fn statements(rows: Rows) -> Vec<Put> {
    let Rows { sql, mut all } = rows;
    let single = all.split_off(all.len() - all.len() % ROWS);
    let columns = all.first().map_or(0, Vec::len);
    let tuples: Vec<String> = (1..ROWS).map(|row| places(row * columns, columns)).collect();
    let many = format!("{sql}, {}", tuples.join(", "));
    let mut pieces = Vec::new();
    let mut rest = all.into_iter();
    loop {
        let values: Vec<Value> = rest.by_ref().take(ROWS).flatten().collect();
        if values.is_empty() {
            break;
        }
        pieces.push(Put { sql: many.clone(), values });
    }
    pieces.extend(single.into_iter().map(|values| Put { sql: sql.clone(), values }));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "INSERT INTO items (terminal, seq) VALUES ($1, $2)";
    const RATING: &str = "INSERT INTO ratings (visit) VALUES ($1)";
    const USED: &str = "UPDATE tickets SET used_at = $1";
    const ONCE: &str = "INSERT INTO quarantine (hash) VALUES ($1) ON CONFLICT DO NOTHING";

    fn put(sql: &str, values: &[i64]) -> Put {
        Put { sql: sql.to_owned(), values: values.iter().map(|value| Value::Int(*value)).collect() }
    }

    fn shape(puts: Vec<Put>) -> Vec<(String, usize)> {
        puts.into_iter().map(|put| (put.sql, put.values.len())).collect()
    }

    #[test]
    fn rows_of_a_table_share_statements_and_the_rest_stays_single() {
        let puts = (0..67).flat_map(|seq| [put(ITEM, &[1, seq]), put(RATING, &[seq])]).collect();
        let shape = shape(gathered(puts));
        assert_eq!(shape.len(), 8);
        assert!(shape[0].0.starts_with("INSERT INTO items (terminal, seq) VALUES ($1, $2), ($3, $4), "));
        assert!(shape[0].0.ends_with("($127, $128)"));
        assert_eq!((shape[0].1, &shape[1]), (128, &(ITEM.to_owned(), 2)));
        assert_eq!((shape[4].1, &shape[7]), (64, &(RATING.to_owned(), 1)));
    }

    #[test]
    fn the_rows_keep_their_order() {
        let puts = (0..130).map(|seq| put(RATING, &[seq])).collect();
        let values = gathered(puts).into_iter().flat_map(|put| put.values);
        let values: Vec<i64> =
            values.filter_map(|value| if let Value::Int(seq) = value { Some(seq) } else { None }).collect();
        assert_eq!(values, (0..130).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_passes_a_statement_that_does_more_than_add() {
        let puts =
            vec![put(ITEM, &[1, 1]), put(USED, &[7]), put(ITEM, &[1, 2]), put(ONCE, &[3]), put(ONCE, &[3])];
        let sqls: Vec<String> = gathered(puts).into_iter().map(|put| put.sql).collect();
        assert_eq!(sqls, [ITEM, USED, ITEM, ONCE, ONCE]);
    }
}
