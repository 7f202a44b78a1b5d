/// One run: a cluster, clients, faults, the judgement. Entry types: [RunOptions], [Run].
@NullMarked
package io.quiverdb.jepsen.run;

import org.jspecify.annotations.NullMarked;
