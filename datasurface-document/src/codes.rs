//! The codes of errors in the form of documents.

use super::aliases::FORMER_NAME;
use datasurface_model::CodeInfo;

/// Every code that reading documents can report, in order.
pub static CODES: &[&CodeInfo] =
    &[&FORMAT, &FORMER_NAME, &INCOMPLETE, &TWICE, &UNDECLARED, &UNKNOWN_FIELD, &UNREADABLE];

/// Every code that reading files can report besides, in order.
pub static FILE_CODES: &[&CodeInfo] =
    &[&LARGE_FILE, &MISSING_FILE, &NO_DOCUMENTS, &NOT_UTF8, &UNREADABLE_FILE];

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

pub(super) static LARGE_FILE: CodeInfo = CodeInfo::error(
    "document/large-file",
    "a file is larger than any document",
    "A file of more than 256 MiB was not written by people, and reading all of it takes memory that other work needs. Spread the model \
     over several documents: what is said where makes no difference.",
);

pub(super) static MISSING_FILE: CodeInfo = CodeInfo::error(
    "document/missing-file",
    "a file that was named is not there",
    "A model is read from the file or folder that is named, relative to the current folder; the command reads the standard input \
     if that is `-`.",
);

pub(super) static NO_DOCUMENTS: CodeInfo = CodeInfo::error(
    "document/no-documents",
    "there is no document in a folder that was named as the model",
    "A model in a folder is all files in it, and in the folders inside, whose names end in `.json`, `.yaml` or `.yml`. \
     Files and folders whose names begin with a dot, and folders that were rendered into, are left out.",
);

pub(super) static NOT_UTF8: CodeInfo = CodeInfo::error(
    "document/not-utf8",
    "a file is not text in UTF-8",
    "Models are JSON or YAML, locks are JSON, and these are text in UTF-8. Some editors save another encoding unless they are told.",
);

pub(super) static UNREADABLE_FILE: CodeInfo = CodeInfo::error(
    "document/unreadable-file",
    "a file cannot be read",
    "The operating system refused to read it: it may be a folder, or belong to somebody else.",
);
