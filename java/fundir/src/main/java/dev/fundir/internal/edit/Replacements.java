package dev.fundir.internal.edit;

import dev.fundir.internal.JsonString;
import dev.fundir.internal.Utf8;
import dev.fundir.internal.edit.HeaderText.Member;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds the bytes of a header's text that an edit changes. */
final class Replacements {
    private final HeaderText text;
    private final EditRequest request;
    private final List<Replacement> found = new ArrayList<>();

    private Replacements(HeaderText text, EditRequest request) {
        this.text = text;
        this.request = request;
    }

    /** The changes, in the order of their places; none where all is as it is to be. */
    static List<Replacement> of(HeaderText text, EditRequest request) {
        Replacements all = new Replacements(text, request);
        Member metadata = all.names();
        if (metadata == null) {
            all.newMetadata();
        } else if (text.isObject(metadata)) {
            all.metadata(metadata, text.membersOf(metadata));
        } else {
            all.metadataInPlaceOfNull(metadata);
        }
        all.found.sort(Replacement.ORDER);
        return all.found;
    }

    /** Renames the tensors. A name that the header has twice is changed twice: its last one is the one that counts. */
    private Member names() {
        Map<String, String> newNames = request.newNames();
        Member[] metadata = new Member[1];
        text.forEach(member -> {
            String key = text.key(member);
            if (text.isMetadata(member)) {
                metadata[0] = member;
            } else if (newNames.containsKey(key)) {
                replace(member.keyBegin(), member.keyEnd(), quoted(newNames.get(key)));
            }
        });
        return metadata[0];
    }

    private void newMetadata() {
        if (!request.set().isEmpty()) {
            String behind = text.isEmpty() ? "" : ",";
            replace(text.inside(), text.inside(), quoted(HeaderText.METADATA) + ":{" + pairs() + "}" + behind);
        }
    }

    private void metadataInPlaceOfNull(Member metadata) {
        if (!request.set().isEmpty()) {
            replace(metadata.begin(), metadata.end(), "{" + pairs() + "}");
        }
    }

    private String pairs() {
        List<String> pairs = new ArrayList<>();
        request.set().forEach((key, value) -> pairs.add(pair(key, value)));
        return String.join(",", pairs);
    }

    private void metadata(Member metadata, List<Member> members) {
        List<Member> kept = new ArrayList<>();
        Map<String, Member> byKey = new HashMap<>();
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(i);
            if (request.unset().contains(text.key(member))) {
                remove(members, i, kept.isEmpty());
            } else {
                kept.add(member);
                byKey.put(text.key(member), member);
            }
        }
        Map<String, String> added = new TreeMap<>(Utf8.ORDER);
        request.set().forEach((key, value) -> {
            Member there = byKey.get(key);
            if (there == null) {
                added.put(key, value);
            } else if (!text.string(there).equals(value)) {
                replace(there.begin(), there.end(), quoted(value));
            }
        });
        add(added, metadata, members, kept);
    }

    /** Removes a member and the comma on the side where another one stays. */
    private void remove(List<Member> members, int place, boolean isFirst) {
        Member member = members.get(place);
        if (!isFirst) {
            replace(members.get(place - 1).end(), member.end(), "");
        } else if (place + 1 < members.size()) {
            replace(member.keyBegin(), members.get(place + 1).keyBegin(), "");
        } else {
            replace(member.keyBegin(), member.end(), "");
        }
    }

    /**
     * Puts members in where the order of the keys has them, so that what is sorted stays so; and right behind a comma,
     * so that they take the spaces there.
     */
    private void add(Map<String, String> added, Member metadata, List<Member> members, List<Member> kept) {
        Map<Integer, String> pieces = new TreeMap<>();
        added.forEach((key, value) -> {
            int next = firstBehind(key, kept);
            if (kept.isEmpty()) {
                String piece = pair(key, value);
                pieces.merge(metadata.begin() + 1, piece, (before, more) -> before + "," + more);
            } else if (next == kept.size()) {
                pieces.merge(kept.get(next - 1).end(), "," + pair(key, value), String::concat);
            } else {
                int place = next == 0 ? metadata.begin() + 1 : behindCommaBefore(kept.get(next), members);
                pieces.merge(place, pair(key, value) + ",", String::concat);
            }
        });
        pieces.forEach((place, piece) -> replace(place, place, piece));
    }

    /** The place of the first member whose key comes after this one; the count of members where there is none. */
    private int firstBehind(String key, List<Member> members) {
        int place = 0;
        while (place < members.size() && Utf8.ORDER.compare(text.key(members.get(place)), key) < 0) {
            place++;
        }
        return place;
    }

    private int behindCommaBefore(Member member, List<Member> members) {
        return text.behindSpace(members.get(members.indexOf(member) - 1).end()) + 1;
    }

    private void replace(int begin, int end, String with) {
        found.add(new Replacement(begin, end, with.getBytes(StandardCharsets.UTF_8)));
    }

    private static String pair(String key, String value) {
        return quoted(key) + ":" + quoted(value);
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder();
        JsonString.write(text, json);
        return json.toString();
    }
}
