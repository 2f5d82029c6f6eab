//! The front page, as a newcomer sees it: `cargo run --example northwind`.

use crate::support::example;
use std::process::Command;

#[test]
fn a_newcomer_sees_data_arrive_and_then_just_what_changed() {
    let Some(program) = example("northwind") else { return };
    let folder = tempfile::tempdir().unwrap();
    // Again, with what the first time left behind.
    for _ in 0..2 {
        let ran = Command::new(&program).current_dir(&folder).output().unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
        let part = |from: &str, to: &str| -> Vec<String> {
            let (_, part) = said.split_once(from).unwrap_or_else(|| panic!("no `{from}`: {said}"));
            let (part, _) = part.split_once(to).unwrap_or_else(|| panic!("no `{to}` after `{from}`: {said}"));
            let lines = part.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
            lines.filter(|line| !line.is_empty()).collect()
        };
        assert_eq!(
            part("All of it arrives:", "A few customers")[1..],
            [
                "NW_Data/customers 8 0 0 0",
                "NW_Data/products 8 0 0 0",
                "NW_Data/suppliers 4 0 0 0",
                "Masked_NW_Data/customers 8 0 0 0"
            ]
        );
        let masked = part("as the consumer of masked customers sees them:", "At the source");
        assert_eq!(masked[1..3], ["ANKER *** *** Kiel Germany", "BRISA *** *** Porto Portugal"]);
        assert_eq!(
            part("Just that moves", "A few customers")[2..],
            [
                "NW_Data/customers 1 2 1 5",
                "NW_Data/products 0 1 0 7",
                "NW_Data/suppliers 0 0 0 4",
                "Masked_NW_Data/customers 1 1 1 6"
            ]
        );
        assert!(
            part("Just that moves", "Revision two").contains(&"ANKER *** *** Hamburg Germany".to_owned())
        );
        let orders = part("Orders arrive:", "Revision three");
        assert!(orders.contains(&"NW_Data/orders 9 0 0 0".to_owned()), "{orders:?}");
        let read = part("Suppliers are not read any more:", " is held");
        assert!(!read.iter().any(|line| line.contains("NW_Data/suppliers 0")), "{read:?}");
        assert!(said.ends_with("table.NW_Data.suppliers is held, as it was, until 2027-11-21.\n"), "{said}");
    }
}
