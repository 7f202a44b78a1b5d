/// The only way to the disk. Entry type: [Storage]; its simulated twin is among the tests.
@NullMarked
package io.quiverdb.core.storage;

import org.jspecify.annotations.NullMarked;
