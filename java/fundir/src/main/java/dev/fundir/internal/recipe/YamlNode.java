package dev.fundir.internal.recipe;

import java.util.List;

/** A node of a YAML document in which aliases and merge keys have been resolved. */
sealed interface YamlNode {
    /** Where it begins; of what an alias stands for, where the alias is. */
    Place place();

    /** How many nodes it is, with all that is in it, each as often as aliases repeat it. */
    long size();

    /** The same, standing in another place. What is in it stays where it is written. */
    YamlNode at(Place other);

    /** What messages call it. */
    String kind();

    /**
     * A text, a number, a truth, or nothing.
     *
     * @param text as it is written, without quotes
     * @param isNull whether it is YAML's null: left out, or {@code ~} or {@code null} without quotes
     * @param isMerge whether it is the key that takes over the members of other maps, {@code <<}
     */
    record Scalar(Place place, String text, boolean isNull, boolean isMerge) implements YamlNode {
        /** Whether it says nothing: null, or a text without characters. */
        boolean isEmpty() {
            return isNull || text.isBlank();
        }

        @Override
        public long size() {
            return 1;
        }

        @Override
        public YamlNode at(Place other) {
            return new Scalar(other, text, isNull, isMerge);
        }

        @Override
        public String kind() {
            return isEmpty() ? "empty" : "a value";
        }
    }

    /** A list. */
    record Sequence(Place place, List<YamlNode> elements, long size) implements YamlNode {
        @Override
        public YamlNode at(Place other) {
            return new Sequence(other, elements, size);
        }

        @Override
        public String kind() {
            return "a list";
        }
    }

    /**
     * A map.
     *
     * @param members in their order, those of merge keys last; a key that is there twice is there twice
     */
    record Mapping(Place place, List<Member> members, long size) implements YamlNode {
        @Override
        public YamlNode at(Place other) {
            return new Mapping(other, members, size);
        }

        @Override
        public String kind() {
            return "a map";
        }
    }

    /** A member of a map. */
    record Member(YamlNode key, YamlNode value) {}
}
