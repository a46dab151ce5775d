"""Roles: the titles of those who work in a division; what each may do comes with accounts."""

from __future__ import annotations

from typing import get_args

from hub.sites.domain import Name, Role

TITLES: dict[Role, Name] = {
    "warden": Name("Grid member", "网格员"),
    "stand_in": Name("Stand-in", "替班网格员"),
    "chief": Name("Grid chief", "网格长"),
    "desk": Name("Security desk", "值班员"),
    "fire_supervisor": Name("Fire supervisor", "消防监督员"),
    "epidemiologist": Name("Epidemiologist", "流调员"),
    "commander": Name("Commander", "指挥长"),
    "member": Name("Team member", "组员"),
    "auxiliary": Name("Auxiliary", "网格辅助员"),
    "guide": Name("Guide", "网格指导员"),
    "micro_member": Name("Micro-grid member", "微网格员"),
    "cell_officer": Name("Cell information officer", "单元信息员"),
    "group_leader": Name("Group leader", "组长"),
    "slice_head": Name("Slice head", "片长"),
    "inspector": Name("Inspector", "督查员"),
    "guard": Name("Guard", "保安员"),
    "collector": Name("Collector", "采集员"),
    "liaison": Name("Liaison", "联络员"),
    "building_head": Name("Building head", "楼长"),
    "floor_head": Name("Floor head", "层长"),
    "room_head": Name("Room head", "寝室长"),
}

assert set(TITLES) == set(get_args(Role)), "every role has its title"
