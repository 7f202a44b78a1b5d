/// What is printed: tables, progress, and text made safe for a terminal. Entry types: [Table],
/// [Progress].
@NullMarked
package io.quiverdb.cli.terminal;

import org.jspecify.annotations.NullMarked;
