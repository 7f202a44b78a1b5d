/// What clients do to a cluster under test, and how it is judged. Entry type: [Workload].
@NullMarked
package io.quiverdb.jepsen.workload;

import org.jspecify.annotations.NullMarked;
