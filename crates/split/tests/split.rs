//! A module taken apart: which functions go where, and how the pieces find each other. That they compute the same is seen in the
//! browser, where every preset runs on modules that were taken apart.

use iterscope_split::{References, instrument, split};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, Module, ModuleConfig,
    RefType, ValType, ir::Value,
};

/// `run` calls `a::late`, which calls `a::inner` and `shared`; `b::listed` stands in the table alone.
fn module() -> Vec<u8> {
    let mut module = Module::with_config(ModuleConfig::new());
    module.memories.add_local(false, false, 1, None, None);
    let table = module.tables.add_local(false, 2, Some(2), RefType::FUNCREF);
    let mut function = |name: &str, calls: &[FunctionId]| {
        let mut builder = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
        builder.name(name.to_owned());
        let argument = module.locals.add(ValType::I32);
        let mut body = builder.func_body();
        body.local_get(argument);
        for &callee in calls {
            body.call(callee);
        }
        builder.finish(vec![argument], &mut module.funcs)
    };
    let shared = function("shared", &[]);
    let inner = function("a::inner", &[]);
    let late = function("a::late", &[inner, shared]);
    let listed = function("b::listed", &[shared]);
    let run = function("run", &[late, shared]);
    module.exports.add("run", run);
    let kind = ElementKind::Active { table, offset: ConstExpr::Value(Value::I32(1)) };
    let element = module.elements.add(kind, ElementItems::Functions(vec![listed]));
    module.tables.get_mut(table).elem_segments.insert(element);
    module.emit_wasm()
}

fn read(bytes: &[u8]) -> Module {
    Module::from_buffer(bytes).unwrap()
}

/// The numbers of the functions of those names.
fn numbers(module: &Module, names: &[&str]) -> Vec<usize> {
    let has = |f: &walrus::Function| f.name.as_deref().is_some_and(|name| names.contains(&name));
    module.funcs.iter().enumerate().filter(|(_, f)| has(f)).map(|(i, _)| i).collect()
}

fn local(module: &Module) -> Vec<&str> {
    let local = module.funcs.iter().filter(|f| matches!(f.kind, FunctionKind::Local(_)));
    let mut names: Vec<&str> = local.filter_map(|f| f.name.as_deref()).collect();
    names.sort_unstable();
    names
}

fn places(module: &Module) -> Vec<(i32, usize)> {
    let place = |element: &walrus::Element| match (&element.kind, &element.items) {
        (ElementKind::Active { offset: ConstExpr::Value(Value::I32(at)), .. }, ElementItems::Functions(f)) => {
            (*at, f.len())
        }
        other => panic!("{other:?}"),
    };
    module.elements.iter().map(place).collect()
}

#[test]
fn functions_go_where_they_are_needed() {
    let whole = module();
    let needed = numbers(&read(&whole), &["run", "shared"]);
    let split = split(&whole, &References::default(), &needed, &[vec!["a::".to_owned()]]).unwrap();
    let (first, a, rest) = (read(&split.first), read(&split.parts[0]), read(&split.parts[1]));
    // What nobody outside of a part calls leaves no trace in the first module; the others are stubs there.
    assert_eq!(local(&first), ["a::late", "b::listed", "run", "shared"]);
    assert_eq!(local(&a), ["a::inner", "a::late"]);
    assert_eq!(local(&rest), ["b::listed"]);
    // `a::late` has a place after those that were there, `b::listed` keeps its own.
    let table = |module: &Module| module.tables.iter().next().unwrap().initial;
    assert_eq!([table(&first), table(&a), table(&rest)], [3, 3, 3]);
    assert_eq!((places(&a), places(&rest)), (vec![(2, 1)], vec![(1, 1)]));
    let load = first.imports.iter().map(|i| (i.module.as_str(), i.name.as_str())).collect::<Vec<_>>();
    assert_eq!(load, [("parts", "load")]);
    // What a part asks for, the first module has.
    for part in [&a, &rest] {
        for import in part.imports.iter() {
            assert_eq!(import.module, "first");
            assert!(first.exports.iter().any(|e| e.name == import.name), "{}", import.name);
        }
    }
    assert!(["loaded0", "loaded1", "run"].iter().all(|name| first.exports.iter().any(|e| e.name == *name)));
}

#[test]
fn a_marked_module_tells_of_all_its_functions() {
    let whole = module();
    let marked = read(&instrument(&whole).unwrap());
    let is_mark = |e: &walrus::Export| e.name.starts_with("ran") && matches!(e.item, ExportItem::Global(_));
    assert_eq!(marked.exports.iter().filter(|e| is_mark(e)).count(), read(&whole).funcs.iter().count());
}

#[test]
fn a_module_without_names_or_of_other_bytes_is_refused() {
    let mut whole = read(&module());
    whole.funcs.iter_mut().for_each(|f| f.name = None);
    assert!(split(&whole.emit_wasm(), &References::default(), &[], &[]).unwrap_err().to_string().contains("names"));
    assert!(split(b"no module", &References::default(), &[], &[]).is_err() && instrument(b"").is_err());
}
