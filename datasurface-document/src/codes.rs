//! What can be wrong with the form of documents.

use datasurface_model::CodeInfo;

/// Every code that reading documents can report, in order.
pub static CODES: &[&CodeInfo] = &[&FORMAT, &INCOMPLETE, &TWICE, &UNDECLARED, &UNKNOWN_FIELD, &UNREADABLE];

pub(super) static FORMAT: CodeInfo = CodeInfo::error(
    "document/format",
    "the format of a document is missing or not supported",
    "A document says in `format` how it is to be read, so that documents stay readable when the format changes. \
     Write `format: datasurface/1`. A document of a newer format needs a newer version of DataSurface.",
);

pub(super) static INCOMPLETE: CodeInfo = CodeInfo::error(
    "document/incomplete",
    "no document says what the ecosystem is called, or whose it is",
    "A model can be spread over many documents. One of them says the `name` of the ecosystem, one the repository that \
     is its `owner`, and one the repository that is `live`; most often it is the same one.",
);

pub(super) static TWICE: CodeInfo = CodeInfo::error(
    "document/twice",
    "two documents say the same thing of the same part of the model",
    "What is declared where is up to those who write it, but it is declared once: of two that differ, nobody could say \
     which one counts. Things with a name that are declared twice are reported as `name/duplicate`. Keep one of the two.",
);

pub(super) static UNDECLARED: CodeInfo = CodeInfo::error(
    "document/undeclared",
    "a document is about a zone or a team that nobody declares",
    "Whoever is responsible for the ecosystem declares zones, and zones declare teams: with a name, and the repository \
     that owns the definition. A document that begins with `zone` or `team` adds to what was declared so. Correct the \
     name, or declare the zone or team.",
);

pub(super) static UNKNOWN_FIELD: CodeInfo = CodeInfo::error(
    "document/unknown-field",
    "an object in a document has a member that the format does not know",
    "Members that are not known are refused, for a misspelled one would otherwise be left out silently. Correct the \
     name, or take the member away.",
);

pub(super) static UNREADABLE: CodeInfo = CodeInfo::error(
    "document/unreadable",
    "a document is not JSON or YAML, or not of the shape that its format asks for",
    "The document could not be read from the stated line and column on. Of YAML, the part can be used that says what \
     JSON can say: no anchors, aliases and tags.",
);
