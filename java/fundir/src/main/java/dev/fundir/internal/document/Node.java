package dev.fundir.internal.document;

import java.util.List;

/** A node of a JSON or YAML document, in which aliases and merge keys have been resolved. */
public sealed interface Node {
    /**
     * Where it begins; of what an alias stands for, where the alias is.
     *
     * @return line and column
     */
    Place place();

    /**
     * How many nodes it is, with all that is in it, each as often as aliases repeat it.
     *
     * @return 1 at least
     */
    long size();

    /**
     * The same, standing in another place. What is in it stays where it is written.
     *
     * @param other the place
     * @return the node
     */
    Node at(Place other);

    /**
     * What messages call it.
     *
     * @return such as {@code a list}
     */
    String kind();

    /** What a scalar stands for. */
    enum Type {
        /** A text. */
        TEXT,
        /** A number. */
        NUMBER,
        /** True or false. */
        TRUTH,
        /** Nothing: in YAML also what is left out. */
        NULL,
        /** The key that takes over the members of other maps, {@code <<} of YAML. */
        MERGE
    }

    /**
     * A text, a number, a truth, or nothing.
     *
     * @param place where it begins
     * @param text as it is written, without quotes and escapes
     * @param type what it stands for
     */
    record Scalar(Place place, String text, Type type) implements Node {
        /**
         * Whether it stands for nothing.
         *
         * @return true for null
         */
        public boolean isNull() {
            return type == Type.NULL;
        }

        /**
         * Whether it says nothing: null, or a text without characters.
         *
         * @return true when it does not
         */
        public boolean isEmpty() {
            return isNull() || text.isBlank();
        }

        @Override
        public long size() {
            return 1;
        }

        @Override
        public Node at(Place other) {
            return new Scalar(other, text, type);
        }

        @Override
        public String kind() {
            return isEmpty() ? "empty" : "a value";
        }
    }

    /**
     * A list.
     *
     * @param place where it begins
     * @param elements in their order
     * @param size how many nodes it is
     */
    record Sequence(Place place, List<Node> elements, long size) implements Node {
        @Override
        public Node at(Place other) {
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
     * @param place where it begins
     * @param members in their order, those of merge keys last; a key that is there twice is there twice
     * @param size how many nodes it is
     */
    record Mapping(Place place, List<Member> members, long size) implements Node {
        @Override
        public Node at(Place other) {
            return new Mapping(other, members, size);
        }

        @Override
        public String kind() {
            return "a map";
        }
    }

    /**
     * A member of a map.
     *
     * @param key a scalar; in YAML anything
     * @param value what it has
     */
    record Member(Node key, Node value) {}
}
