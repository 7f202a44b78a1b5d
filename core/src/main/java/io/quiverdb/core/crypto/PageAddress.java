package io.quiverdb.core.crypto;

/// What a sealed page is bound to: elsewhere it does not open.
///
/// @param type code of the page's type
/// @param file id of the file
/// @param page number within the file
public record PageAddress(int type, long file, long page) {}
