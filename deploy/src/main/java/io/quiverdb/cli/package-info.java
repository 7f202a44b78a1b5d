/// The command line: one class a command. Entry type: [QuiverCommand].
@NullMarked
package io.quiverdb.cli;

import org.jspecify.annotations.NullMarked;
