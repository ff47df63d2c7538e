//! Constant data go with the functions that refer to them, by what the linker wrote down. The module is written byte by byte, after
//! <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md>.

use iterscope_split::{References, split, without_references};
use walrus::{ConstExpr, DataKind, Module, ir::Value};

/// A number in five bytes, as linkers write those that they may still change.
fn wide(n: u32) -> Vec<u8> {
    (0..5).map(|i| (n >> (7 * i)) as u8 & 0x7f | if i < 4 { 0x80 } else { 0 }).collect()
}

fn named(name: &str) -> Vec<u8> {
    [&[name.len() as u8], name.as_bytes()].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], wide(content.len() as u32).as_slice(), content].concat()
}

fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[named(name).as_slice(), content].concat())
}

fn counted(items: &[Vec<u8>]) -> Vec<u8> {
    [&[items.len() as u8], items.concat().as_slice()].concat()
}

const BASE: u32 = 1024;
/// Four pieces of data of this length each: `x`, `y`, `z`, `w`.
const LENGTH: u32 = 16;

/// The module as it was linked: wasm-bindgen takes the hash off the name of a function that it exports.
fn linked() -> Vec<u8> {
    module("run_0123456789abcdef", true)
}

/// `run` refers to `x`, `a::late` to `y`, which points to `z`; nobody refers to `w`.
fn module(run: &str, references: bool) -> Vec<u8> {
    let gives = |address: u32| [vec![0, 0x41], wide(address), vec![0x0b]].concat();
    let body = |address: u32| [&[8], gives(address).as_slice()].concat();
    let mut data: Vec<u8> = (0..4 * LENGTH).map(|i| (1 + i / LENGTH) as u8).collect();
    let z = BASE + 2 * LENGTH;
    data[LENGTH as usize..LENGTH as usize + 4].copy_from_slice(&z.to_le_bytes());
    let names = [[&[0], named(run).as_slice()].concat(), [&[1], named("a::late").as_slice()].concat()];
    let names = counted(&names);
    let symbol =
        |i: u32, name: &str| [&[1, 2], named(name).as_slice(), &[0, (LENGTH * i) as u8, LENGTH as u8]].concat();
    let symbols = counted(&[symbol(0, "x"), symbol(1, "y"), symbol(2, "z"), symbol(3, "w")]);
    let segments = counted(&[[named(".rodata").as_slice(), &[0, 0]].concat()]);
    let part = |id: u8, content: &[u8]| [&[id, content.len() as u8], content].concat();
    let mut module = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 0, 1, 0x7f]),
        section(3, &[2, 0, 0]),
        section(4, &[1, 0x70, 0, 1]),
        section(5, &[1, 0, 1]),
        section(
            7,
            &counted(&[[named("run").as_slice(), &[0, 0]].concat(), [named("late").as_slice(), &[0, 1]].concat()]),
        ),
        section(10, &counted(&[body(BASE), body(BASE + LENGTH)])),
        section(11, &[&[1, 0, 0x41], wide(BASE).as_slice(), &[0x0b, data.len() as u8], &data].concat()),
        custom("name", &part(1, &names)),
    ]
    .concat();
    if references {
        // Code is the sixth section, data the seventh. A body's number stands behind its length, its locals and the instruction; the
        // pointer of `y` behind the head of the segment.
        let code = [vec![4, 1 + 3, 0, 0], vec![4, 1 + 9 + 3, 1, 0]];
        let pointer = [vec![5, 1 + 1 + 1 + 5 + 1 + 1 + LENGTH as u8, 2, 0]];
        module.extend(custom("linking", &[vec![2], part(5, &segments), part(8, &symbols)].concat()));
        module.extend(custom("reloc.CODE", &[vec![5], counted(&code)].concat()));
        module.extend(custom("reloc.DATA", &[vec![6], counted(&pointer)].concat()));
    }
    module
}

/// What lies where.
fn data(module: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let place = |data: &walrus::Data| match data.kind {
        DataKind::Active { offset: ConstExpr::Value(Value::I32(at)), .. } => (at.cast_unsigned(), data.value.clone()),
        ref other => panic!("{other:?}"),
    };
    Module::from_buffer(module).unwrap().data.iter().map(place).collect()
}

#[test]
fn data_go_with_the_functions_that_refer_to_them() {
    let references = References::read(&linked()).unwrap();
    let split = split(&module("run", true), &references, &[0], &[vec!["a::".to_owned()]]).unwrap();
    // What nobody refers to stays.
    assert_eq!(data(&split.first), [(BASE, vec![1; 16]), (BASE + 3 * LENGTH, vec![4; 16])]);
    let late = data(&split.parts[0]);
    assert_eq!(late.iter().map(|(at, bytes)| (*at, bytes.len())).collect::<Vec<_>>(), [(BASE + LENGTH, 32)]);
    assert_eq!(late[0].1[..4], (BASE + 2 * LENGTH).to_le_bytes());
    assert_eq!(late[0].1[16..], [3; 16]);
    assert_eq!(data(&split.parts[1]), []);
}

#[test]
fn data_that_the_first_functions_come_to_stay() {
    let (references, module) = (References::read(&linked()).unwrap(), module("run", true));
    let split = split(&module, &references, &[0, 1], &[vec!["a::".to_owned()]]).unwrap();
    assert_eq!(data(&split.first), data(&module));
}

#[test]
fn without_references_all_data_stay_and_the_tool_says_what_is_missing() {
    let plain = module("run", false);
    assert!(References::read(&plain).unwrap_err().to_string().contains("--emit-relocs"));
    let split = split(&plain, &References::default(), &[0], &[]).unwrap();
    assert_eq!(data(&split.first), data(&plain));
    let left_out = without_references(&linked()).unwrap();
    assert!(References::read(&left_out).is_err());
}

#[test]
fn a_function_that_was_not_linked_and_holds_an_address_is_refused() {
    let references = References::read(&linked()).unwrap();
    let mut module = Module::from_buffer(&linked()).unwrap();
    module.funcs.iter_mut().for_each(|f| f.name = Some("b::made_afterwards".to_owned()));
    let error = split(&module.emit_wasm(), &references, &[0], &[]).unwrap_err().to_string();
    assert!(error.contains("b::made_afterwards"), "{error}");
}
