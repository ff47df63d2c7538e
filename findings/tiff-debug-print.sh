#!/bin/sh
# The crate tiff 0.11.3 prints to standard error from inside a library, in release builds, too: a `dbg!` was left where a tag of
# text is longer than Limits::decoding_buffer_size (src/decoder/ifd.rs). Expected: the error LimitsExceeded alone, as for all other
# tags. A program that reads a picture with a long description prints a line with the path of its build machine.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "show"
version = "0.1.0"
edition = "2021"
[dependencies]
tiff = { version = "=0.11.3", default-features = false }
TOML
cat > src/main.rs <<'RS'
use std::io::Cursor;
use tiff::decoder::{Decoder, Limits};
use tiff::encoder::{colortype::Gray8, TiffEncoder};
use tiff::tags::Tag;

fn main() {
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).unwrap();
    let mut image = encoder.new_image::<Gray8>(2, 2).unwrap();
    image.encoder().write_tag(Tag::ImageDescription, &*"a".repeat(100)).unwrap();
    image.write_data(&[0, 1, 2, 3]).unwrap();
    let mut limits = Limits::default();
    limits.decoding_buffer_size = 50;
    file.set_position(0);
    let mut decoder = Decoder::new(file).unwrap().with_limits(limits);
    println!("{:?}", decoder.get_tag_ascii_string(Tag::ImageDescription));
}
RS
cargo run -q --release 2> errors
echo "standard error: $(sed 's/.*tiff-0/tiff-0/' errors)"
grep -q 'ifd.rs:.*TiffError::LimitsExceeded = LimitsExceeded' errors
# Output seen:
# Err(LimitsExceeded)
# standard error: tiff-0.11.3/src/decoder/ifd.rs:723:32] TiffError::LimitsExceeded = LimitsExceeded
