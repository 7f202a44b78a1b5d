package io.quiverdb.core.format;

/// Where a page belongs.
///
/// @param type code of the page's type
/// @param file id of the file
/// @param page number within the file
record PageAddress(int type, long file, long page) {}
