/// The command line: `deploy/jepsen/run`. Entry type: [JepsenCommand].
@NullMarked
package io.quiverdb.jepsen.cli;

import org.jspecify.annotations.NullMarked;
