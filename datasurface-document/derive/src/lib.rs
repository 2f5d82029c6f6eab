//! Derives the shape of a type of a document, for `datasurface-document` alone: what its members are called is what serde is told.
//!
//! - A struct is an object. `#[shape(identified_by(name))]` says which members tell it from others of its kind in a list, and
//!   `#[shape(separator = "/")]` what paths have between these. `#[shape(transparent)]` says that paths may leave it out.
//! - An enum is a choice between its variants, each a word or a kind with what there is to say about it.
//! - The shape of a member is that of its type, unless `#[shape(is = …)]` says another one.

use proc_macro::TokenStream;
use proc_macro2::{TokenStream as Tokens, TokenTree};
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, Field, Fields, Ident, LitStr, Result, Token, Type,
    WherePredicate, ext::IdentExt, parse_macro_input, parse_quote, punctuated::Punctuated, spanned::Spanned,
    token::Comma,
};

/// Derives `Shaped`.
#[proc_macro_derive(Shaped, attributes(shape))]
pub fn shaped(item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as DeriveInput);
    implementation(&item).unwrap_or_else(Error::into_compile_error).into()
}

fn implementation(item: &DeriveInput) -> Result<Tokens> {
    let said = SegmentAttributes::of(&item.attrs)?;
    let shape = match &item.data {
        Data::Struct(object) => {
            let members = object.fields.iter().map(member).collect::<Result<Vec<_>>>()?;
            let (identified_by, separator) =
                (&said.identified_by, said.separator.unwrap_or_else(|| " ".to_owned()));
            quote! {
                Shape::Object(&Object { identified_by: &[#(#identified_by),*], separator: #separator, members: &[#(#members),*] })
            }
        }
        Data::Enum(choice) => {
            let kinds = choice.variants.iter().map(|variant| {
                let name = renamed(&variant.attrs)?.unwrap_or_else(|| snake_case(&variant.ident));
                let shape = match &variant.fields {
                    Fields::Unit => quote!(Shape::Leaf),
                    Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                        types(&variant.fields).map(shape_of).collect()
                    }
                    _ => return Err(unsupported(variant)),
                };
                Ok(quote!((#name, #shape)))
            });
            let kinds = kinds.collect::<Result<Vec<_>>>()?;
            quote!(Shape::Choice(&[#(#kinds),*]))
        }
        Data::Union(union) => return Err(unsupported(union.union_token)),
    };
    let shape = if said.is_transparent { quote!(Shape::Transparent(&#shape)) } else { shape };
    let name = &item.ident;
    let mut generics = item.generics.clone();
    if let (Data::Struct(object), false) = (&item.data, generics.params.is_empty()) {
        let members = types(&object.fields).map(|member| parse_quote!(#member: crate::shape::Shaped));
        generics.make_where_clause().predicates.extend::<Vec<WherePredicate>>(members.collect());
    }
    let (parameters, arguments, bounds) = generics.split_for_impl();
    Ok(quote! {
        impl #parameters crate::shape::Shaped for #name #arguments #bounds {
            const SHAPE: crate::shape::Shape = {
                use crate::shape::{Object, Shape, Shaped};
                #shape
            };
        }
    })
}

/// The name of a member, and its shape.
fn member(field: &Field) -> Result<Tokens> {
    let name = field.ident.as_ref().ok_or_else(|| unsupported(field))?;
    let name = renamed(&field.attrs)?.unwrap_or_else(|| name.unraw().to_string());
    let shape = match SegmentAttributes::of(&field.attrs)?.is {
        Some(shape) => quote!(#shape),
        None => shape_of(&field.ty),
    };
    Ok(quote!((#name, #shape)))
}

fn shape_of(of: &Type) -> Tokens {
    quote!(<#of as Shaped>::SHAPE)
}

fn types(fields: &Fields) -> impl Iterator<Item = &Type> {
    fields.iter().map(|field| &field.ty)
}

/// What is said in `#[shape(…)]`.
#[derive(Default)]
struct SegmentAttributes {
    identified_by: Vec<String>,
    separator: Option<String>,
    is_transparent: bool,
    is: Option<Expr>,
}

impl SegmentAttributes {
    fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut said = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("shape")) {
            attribute.parse_nested_meta(|meta| {
                match meta.path.require_ident()?.to_string().as_str() {
                    "identified_by" => {
                        let names;
                        syn::parenthesized!(names in meta.input);
                        let names = Punctuated::<Ident, Comma>::parse_terminated(&names)?;
                        said.identified_by = names.iter().map(Ident::to_string).collect();
                    }
                    "separator" => said.separator = Some(meta.value()?.parse::<LitStr>()?.value()),
                    "transparent" => said.is_transparent = true,
                    "is" => said.is = Some(meta.value()?.parse()?),
                    _ => return Err(meta.error("expected `identified_by`, `separator`, `transparent` or `is`")),
                }
                Ok(())
            })?;
        }
        Ok(said)
    }
}

/// The name that serde is told instead of the one in the code.
fn renamed(attributes: &[Attribute]) -> Result<Option<String>> {
    let mut name = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = Some(meta.value()?.parse::<LitStr>()?.value());
            } else {
                // Whatever else there is: `default`, `bound(…)`, `with = "…"`.
                while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
                    meta.input.parse::<TokenTree>()?;
                }
            }
            Ok(())
        })?;
    }
    Ok(name)
}

/// The name of a variant as documents have it: `sql_snapshot` for `SqlSnapshot`.
fn snake_case(variant: &Ident) -> String {
    let mut name = String::new();
    for letter in variant.to_string().chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

fn unsupported(node: impl Spanned) -> Error {
    Error::new(node.span(), "a type of a document has named fields, or is an enum of units and kinds")
}
