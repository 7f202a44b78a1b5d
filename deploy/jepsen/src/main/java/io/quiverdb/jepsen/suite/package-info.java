/// Many runs, one after the other. Entry types: [Suite], [SuiteRun].
@NullMarked
package io.quiverdb.jepsen.suite;

import org.jspecify.annotations.NullMarked;
