package io.wsstream.conformance;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Some of all cases, by the names of suites and of cases. */
public final class CaseSelection {
    private CaseSelection() {}

    /**
     * Picks cases.
     *
     * @param all where to pick from
     * @param suites names of suites, such as {@code 7-close}
     * @param ids names of cases, such as {@code 7.2-twice}
     * @return the cases of these suites and these cases, in order; all if no name is given
     * @throws IllegalArgumentException if a name is that of nothing
     */
    public static List<Case> of(List<Case> all, Collection<String> suites, Collection<String> ids) {
        check("suite", suites, all.stream().map(Case::suite).collect(Collectors.toCollection(LinkedHashSet::new)));
        check("case", ids, all.stream().map(Case::id).collect(Collectors.toCollection(LinkedHashSet::new)));
        return suites.isEmpty() && ids.isEmpty()
                ? all
                : all.stream()
                        .filter(each -> suites.contains(each.suite()) || ids.contains(each.id()))
                        .toList();
    }

    private static void check(String what, Collection<String> wanted, Set<String> known) {
        for (String name : wanted) {
            if (!known.contains(name)) {
                String section = name.replaceFirst("-.*", "");
                String near =
                        known.stream().filter(each -> each.startsWith(section)).collect(Collectors.joining(", "));
                throw new IllegalArgumentException(
                        "no " + what + " \"" + name + "\"" + (near.isEmpty() ? "; see --list" : "; there are " + near));
            }
        }
    }
}
