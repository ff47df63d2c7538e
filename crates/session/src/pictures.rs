//! Pictures on their way out.

use iterscope_core::Picture;
use iterscope_protocol::PictureShape;

use crate::Bulk;

/// The shape of a picture that has something in it.
pub fn shape(picture: &Picture) -> Option<PictureShape> {
    let Picture { kind, width, height, lo, hi, .. } = *picture;
    (!picture.values.is_empty()).then_some(PictureShape { kind, width, height, lo, hi })
}

/// Its buffers, copied once into memory that can be transferred.
pub fn bulk(picture: &Picture) -> [Bulk; 2] {
    [Bulk::F32(picture.values.clone()), Bulk::F32(picture.aux.clone())]
}
