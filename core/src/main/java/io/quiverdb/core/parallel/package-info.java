/// Work on several processors at once.
@NullMarked
package io.quiverdb.core.parallel;

import org.jspecify.annotations.NullMarked;
